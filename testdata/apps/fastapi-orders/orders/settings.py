"""Settings from the environment; the partner's key has an empty default."""

from functools import lru_cache

from pydantic_settings import BaseSettings


class Settings(BaseSettings):
    issuer: str = "https://id.example"
    audience: str = "orders"
    public_key: str
    partner_api_key: str = ""
    warehouse_token: str


@lru_cache
def get_settings() -> Settings:
    return Settings()
