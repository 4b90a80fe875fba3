"""KeyRejected -> probe -> verdict."""
