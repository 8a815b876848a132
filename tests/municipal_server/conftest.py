from tests.issuer.conftest import all_registers, desk, kept_by, residents_only, store, town_hall

__all__ = ["all_registers", "desk", "kept_by", "residents_only", "store", "town_hall"]
