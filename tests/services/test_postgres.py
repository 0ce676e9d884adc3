import psycopg
import pytest
import sqlalchemy

from tests.services.postgres import PostgresServer


def test_a_database_answers(postgres_url: str) -> None:
    engine = sqlalchemy.create_engine(postgres_url)
    with engine.connect() as connection:
        assert connection.scalar(sqlalchemy.text("SELECT lower('É')")) == "é"
    engine.dispose()


def test_databases_are_strangers_to_each_other(postgres: PostgresServer) -> None:
    first, second = postgres.create_database(), postgres.create_database()
    assert first != second
    postgres.drop_database(first)
    postgres.drop_database(second)


def test_it_goes_away_and_comes_back_with_its_rows() -> None:
    server = PostgresServer(durable=True).start()
    try:
        address = server.create_database().replace("+psycopg", "")
        with psycopg.connect(address) as connection:
            connection.execute("CREATE TABLE kept AS SELECT 1 AS one")
        server.stop()
        with pytest.raises(psycopg.OperationalError):
            psycopg.connect(address)
        server.start()
        with psycopg.connect(address) as connection:
            assert connection.execute("SELECT one FROM kept").fetchone() == (1,)
    finally:
        server.close()
