"""What the faked servers of OpenAI's two socket protocols have in common."""
