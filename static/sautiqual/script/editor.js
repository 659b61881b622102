// The page on which a script is written. Without this file its fields can still be read and sent, one below the other.
import { makeDraft } from "./draft.js";
import { makeLanguages } from "./languages.js";
import { makePreview, show } from "./preview.js";
import { makeQuestions } from "./questions.js";

const seen = JSON.parse(document.getElementById("sq-seen").textContent);
makeQuestions();
makeLanguages(seen.missing);
show(seen);
makeDraft();
makePreview();
