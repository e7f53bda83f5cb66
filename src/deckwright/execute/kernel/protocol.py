"""How the build and its agent inside the kernel talk: by calls, and by reports among the outputs."""

CALL = "__import__('deckwright.execute.inside.agent', fromlist=['_'])"
SHOW = f"{CALL}.show("  # then an inline expression, and END
END = "\n)"
REPORT = "application/vnd.deckwright+json"
