"""Having others forget whom we forgot: the provider that carried their mail."""
