"""Is a voice well? One session in which it says a sentence and then hears itself say it, with what that took and cost."""
