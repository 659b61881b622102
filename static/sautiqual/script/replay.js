// The points of a replay in the rows of the script's editor. Without this file they are edited as JSON.
import { makePoints } from "./rows.js";

for (const row of document.querySelectorAll("[data-question]")) makePoints(row);
