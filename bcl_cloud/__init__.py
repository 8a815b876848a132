"""自治体基盤クラウド (BCL): the certificates of many municipalities issued by one service. Each is a tenant; none has sight of another."""
