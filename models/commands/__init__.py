"""The command specs by area; `models.catalogue` lists them."""
