"""What registers and outcomes of uploads are called on pages (ja, en)."""

REGISTERS = {
    "residents": ("住民基本台帳", "Residents"),
    "koseki": ("戸籍", "Family register"),
    "seal": ("印鑑登録", "Seals"),
    "tax": ("課税台帳", "Tax"),
}
STATES = {"reading": ("読込中", "Reading"), "applied": ("適用", "Applied"), "rejected": ("不適用", "Rejected"), "abandoned": ("中断", "Abandoned")}
