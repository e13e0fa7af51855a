"""OAuth2: authorization code grant with PKCE. https://discord.com/developers/docs/topics/oauth2"""
