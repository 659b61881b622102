"""Writing scripts: a script as plain text values, what two of them differ in, its ways through, and what is missing."""
