"""The proof that the normaliser's tables say what the SDK's object model says."""
