"""What both providers' SDKs share when they are the wire."""
