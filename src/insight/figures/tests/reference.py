"""Writes the numbers that the statistics are checked against: python3 reference.py > reference.json
NumPy 2 and SciPy 1.17."""
import json

import numpy as np
from scipy import stats

rng = np.random.default_rng(20261127)
cases = []
for n in [3, 5, 8, 13, 28, 60, 100]:
    for round_to in [None, 0]:
        x = rng.normal(5, 2, n)
        y = 0.4 * x + rng.normal(0, 2, n)
        if round_to is not None:
            x, y = np.round(x), np.round(y)
            y[0] += y.std() == 0
            x[0] += x.std() == 0
        t = np.cumsum(rng.integers(1, 4, n)).astype(float)
        tau = stats.kendalltau(t, y, method="asymptotic", variant="b")
        sen = stats.theilslopes(y, t, alpha=0.95)
        groups = rng.integers(0, 3, n)
        split = [y[groups == g] for g in range(3)]
        split = [g for g in split if len(g)]
        try:
            kruskal = list(map(float, stats.kruskal(*split))) if len(split) > 1 else None
        except ValueError:
            kruskal = None
        cases.append({
            "x": x.tolist(), "y": y.tolist(), "t": t.tolist(), "groups": groups.tolist(),
            "ranks": stats.rankdata(y).tolist(),
            "spearman": float(stats.spearmanr(x, y).statistic),
            "kendall_p": float(tau.pvalue),
            "sen": [float(sen.slope), float(sen.low_slope), float(sen.high_slope)],
            "kruskal": kruskal,
            "quantiles": [[q, float(np.quantile(y, q))] for q in (0, 0.1, 0.25, 0.5, 0.77, 1)],
        })
hyper = []
for _ in range(40):
    n = int(rng.integers(5, 400))
    a, b = (int(v) for v in rng.integers(1, n, 2))
    k = int(rng.integers(0, min(a, b) + 1))
    hyper.append([n, a, b, k, float(stats.hypergeom.sf(k - 1, n, a, b))])
signs = [[u, d, float(stats.binomtest(u, u + d, 0.5).pvalue)] for u, d in ((0, 6), (3, 9), (14, 14), (40, 61))]
p = rng.uniform(0, 0.2, 15)
bh = {"p": p.tolist(), "corrected": stats.false_discovery_control(p, method="bh").tolist()}
normal = [[q, float(stats.norm.ppf(q))] for q in (0.01, 0.3, 0.975, 0.999)]
t = [[q, f, float(stats.t.ppf(q, f))] for q, f in ((0.975, 2), (0.975, 9), (0.9, 40))]
print(json.dumps({"cases": cases, "hypergeometric": hyper, "signs": signs, "bh": bh, "normal": normal, "t": t}))
