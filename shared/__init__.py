"""What every service of Mevichat BYOK is built from, one room per concern."""
