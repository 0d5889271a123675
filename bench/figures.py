"""How measured figures are written: three digits that count, and never an exponent."""


def shown(value: float) -> str:
    """A figure of three digits that count: 0.0123, 1.5, 14.6, 1,450, 1,230,000."""
    rounded = float(f"{value:.3g}")
    return f"{rounded:,.0f}" if abs(rounded) >= 100 else f"{rounded:g}"
