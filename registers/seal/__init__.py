"""印鑑登録: one registered seal a person, its imprint, and its cancellation, as values, as tables, as CSV; and how an imprint is made."""
