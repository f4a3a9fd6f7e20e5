"""Does tasks for devtools/bench and says how long each took. Every line of standard input is "TASK FOLDER"; every answer is a line of JSON
with the seconds of one task and a number of its result, or why there is none. Vectors are files of 64-bit little-endian numbers."""

import contextlib
import json
import os
import sys
import time

try:
    import numpy as np
    import scipy
    import scipy.linalg
    import scipy.optimize
    import scipy.sparse
    import scipy.sparse.linalg
except ImportError:
    np = None
try:
    import pyarrow as pa
    import pyarrow.csv
    import pyarrow.parquet
except ImportError:
    pa = None


def read(folder, name):
    return np.fromfile(os.path.join(folder, name), dtype="<f8")


def timed(f):
    start = time.perf_counter()
    value = f()
    return time.perf_counter() - start, value


def about(folder):
    text = f"Python {sys.version.split()[0]}, numpy {np.__version__}, scipy {scipy.__version__}"
    try:
        import threadpoolctl

        for lib in threadpoolctl.threadpool_info():
            if lib["user_api"] == "blas":
                text += f", {lib['internal_api']} {lib['version']} ({lib.get('architecture')}, {lib['num_threads']} threads)"
                break
    except ImportError:
        pass
    for name in ("pymrio", "tempdisagg", "pyarrow"):
        try:
            from importlib.metadata import version

            text += f", {name} {version(name)}"
        except Exception:
            pass
    return {"about": text}


def digital402(folder):
    x, v = read(folder, "x"), read(folder, "v")
    z = read(folder, "z").reshape(len(x), len(x))
    digital = np.arange(20)

    def account():
        inverse = np.linalg.inv(np.eye(len(x)) - z / x)
        flow = (v / x)[:, None] * inverse * (x - z.sum(axis=1))[None, :]
        backward, forward = flow[:, digital].sum(), flow[digital, :].sum()
        return backward + forward - flow[np.ix_(digital, digital)].sum()

    return timed(account)


kept = {}


def leontief(folder):
    """The matrix I − A, made once and not timed."""
    if kept.get("folder") != folder:
        y = read(folder, "y")
        a = read(folder, "a").reshape(len(y), len(y))
        kept.update(folder=folder, a=a, y=y, m=np.eye(len(y)) - a)
    return kept["a"], kept["y"], kept["m"]


def gesv(folder):
    _, y, m = leontief(folder)
    work = np.asfortranarray(m)  # as LAPACK wants it, so that nothing is copied while the clock runs

    def solve():
        _, _, x, info = scipy.linalg.lapack.dgesv(work, y, overwrite_a=1)
        assert info == 0
        return x.sum()

    return timed(solve)


def inverse(folder):
    a, y, m = leontief(folder)
    try:
        import pymrio

        return timed(lambda: (pymrio.calc_L(a) @ y).sum())
    except ImportError:
        return timed(lambda: (np.linalg.inv(m) @ y).sum())


def gmres(folder):
    _, y, m = leontief(folder)

    def solve():
        x, info = scipy.sparse.linalg.gmres(m, y, rtol=1e-12, atol=0, restart=60)
        assert info == 0
        return x.sum()

    return timed(solve)


def chowlin(folder):
    """Maximum likelihood over ρ by dense algebra, with the standard errors of the series."""
    low, x = read(folder, "low"), read(folder, "x")
    n, t = len(low), len(x)
    regressors = np.column_stack([np.ones(t), x])
    c = np.kron(np.eye(n), np.ones(t // n))
    power = np.abs(np.subtract.outer(np.arange(t), np.arange(t)))
    cx = c @ regressors

    def gls(rho):
        q = rho**power / (1 - rho**2)
        qc = q @ c.T
        cqc = c @ qc
        factor = np.linalg.cholesky(cqc)
        xs, ys = scipy.linalg.solve_triangular(factor, cx, lower=True), scipy.linalg.solve_triangular(factor, low, lower=True)
        beta, *_ = np.linalg.lstsq(xs, ys, rcond=None)
        rss = ((ys - xs @ beta) ** 2).sum()
        likelihood = -n / 2 * (1 + np.log(2 * np.pi) + np.log(rss / n)) - np.log(np.diag(factor)).sum()
        return likelihood, beta, q, qc, cqc, xs, rss

    def fit():
        best = scipy.optimize.minimize_scalar(lambda rho: -gls(rho)[0], bounds=(0, 0.999), method="bounded", options={"xatol": 1e-9})
        _, beta, q, qc, cqc, xs, rss = gls(best.x)
        d = qc @ np.linalg.inv(cqc)
        y = regressors @ beta + d @ (low - cx @ beta)
        e = regressors - d @ cx
        covariance = rss / (n - 2) * (q - d @ qc.T + e @ np.linalg.inv(xs.T @ xs) @ e.T)
        return np.linalg.norm(y), np.sqrt(np.maximum(np.diag(covariance), 0))

    repeats = 10
    with one_thread():  # matrices this small only lose by being shared among threads
        fit()
        seconds, value = timed(lambda: [fit()[0] for _ in range(repeats)][-1])
    return seconds / repeats, value


def one_thread():
    try:
        import threadpoolctl

        return threadpoolctl.threadpool_limits(1)
    except ImportError:
        return contextlib.nullcontext()


def tempdisagg(folder):
    try:
        import pandas as pd
        from tempdisagg import TempDisaggModel
    except ImportError:
        return None
    low, x = read(folder, "low"), read(folder, "x")
    step = len(x) // len(low)
    frame = pd.DataFrame({"Index": np.repeat(1900 + np.arange(len(low)), step), "Grain": np.tile(np.arange(1, step + 1), len(low)),
                          "y": np.repeat(low, step), "X": x})

    def fit():
        model = TempDisaggModel(method="chow-lin-opt", conversion="sum", rho_min=0.0, rho_max=0.999)
        model.fit(frame)
        return np.linalg.norm(np.asarray(model.predict(full=False)).ravel())

    out, sys.stdout = sys.stdout, sys.stderr  # the package talks
    try:
        repeats = 3
        with one_thread():
            fit()
            seconds, value = timed(lambda: [fit() for _ in range(repeats)][-1])
    finally:
        sys.stdout = out
    return seconds / repeats, value


def stone(folder):
    x, v, h = read(folder, "x"), read(folder, "v"), read(folder, "h")
    rows, columns = read(folder, "rows").astype(np.int64), read(folder, "columns").astype(np.int64)
    g = scipy.sparse.csr_matrix((np.ones(len(rows)), (rows, columns)), shape=(len(h), len(x)))

    def reconcile():
        # Scaled to a unit diagonal; the margins are redundant but agree, so that conjugate gradients converge all the same.
        normal = (g @ scipy.sparse.diags(v) @ g.T).tocsr()
        scale = scipy.sparse.diags(1 / np.sqrt(normal.diagonal()))
        mu, _ = scipy.sparse.linalg.cg(scale @ normal @ scale, scale @ (g @ x - h), rtol=1e-12, atol=0, maxiter=20000)
        return np.linalg.norm(x - v * (g.T @ (scale @ mu)))

    return timed(reconcile)


def flow(folder, end):
    return os.path.join(folder, "flow." + end)


def text_only(folder):
    """The columns of the CSV, all as texts, so that no digit is lost."""
    with open(flow(folder, "csv"), encoding="utf-8") as f:
        names = f.readline().strip().split(",")
    return pyarrow.csv.ConvertOptions(column_types={name: pa.string() for name in names}, strings_can_be_null=True)


def parquet(folder):
    """Writes the CSV as Parquet, in its order; the check is the size."""
    if pa is None:
        return None
    options = text_only(folder)

    def write():
        with pyarrow.csv.open_csv(flow(folder, "csv"), convert_options=options) as rows:
            with pyarrow.parquet.ParquetWriter(flow(folder, "parquet"), rows.schema, compression="zstd") as out:
                for batch in rows:
                    out.write_batch(batch, row_group_size=100_000)
        return os.path.getsize(flow(folder, "parquet"))

    return timed(write)


def parquetwhole(folder):
    if pa is None:
        return None
    return timed(lambda: pyarrow.parquet.read_table(flow(folder, "parquet")).num_rows)


def parquetseries(folder):
    """The 80 quarters of one series, found by the bounds that Parquet keeps of each group of rows."""
    if pa is None:
        return None
    wanted = [("FREQ", "=", "Q"), ("REF_AREA", "=", "XM3-05"), ("GOODS", "=", "G00042")]
    read = lambda: pyarrow.parquet.read_table(flow(folder, "parquet"), filters=wanted).num_rows
    read()
    seconds, rows = timed(read)
    assert rows == 80, rows
    return seconds, rows


def csvwhole(folder):
    if pa is None:
        return None
    options = text_only(folder)
    return timed(lambda: pyarrow.csv.read_csv(flow(folder, "csv"), convert_options=options).num_rows)


def sqlite3insert(folder):
    """Puts rows of the shape of figures into a bare table with one prepared statement in one transaction, by the C library."""
    import sqlite3

    n = int(read_text(folder, "rows"))
    rows = [
        ("FLOW", f"A.VN63-{i % 63}.SERIES_{i // 1260}", f"{2000 + (i // 63) % 20}-01-01/9999635/A", "2020-01-01", 1, str(2000 + (i // 63) % 20), "2020-01-01", str(1000 + i), "A", "",
         f'{{"DECIMALS":"2","EVIDENCE":"S","SOURCE":"nso-gso-statistical-yearbook-{i % 200}","UNIT_MEASURE":"VND","UNIT_MULT":"9"}}', i + 2, "0123456789abcdef")
        for i in range(n)
    ]
    name = os.path.join(folder, "bare.db")
    if os.path.exists(name):
        os.remove(name)
    db = sqlite3.connect(name, isolation_level=None)
    db.execute("PRAGMA journal_mode=WAL")
    db.execute("PRAGMA synchronous=FULL")

    def insert():
        db.execute("BEGIN")
        db.execute("CREATE TABLE observation (dataflow TEXT NOT NULL, series TEXT NOT NULL, place TEXT NOT NULL, vintage TEXT NOT NULL, message INTEGER NOT NULL, period TEXT NOT NULL,"
                   " vintage_written TEXT NOT NULL, value TEXT, status TEXT NOT NULL, run TEXT NOT NULL, attributes TEXT NOT NULL, line INTEGER NOT NULL, seal TEXT NOT NULL,"
                   " PRIMARY KEY (dataflow, series, place, vintage, message)) STRICT, WITHOUT ROWID")
        db.executemany("INSERT INTO observation VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?)", rows)
        db.execute("COMMIT")
        return n

    answer = timed(insert)
    db.close()
    return answer


def read_text(folder, name):
    with open(os.path.join(folder, name), encoding="utf-8") as f:
        return f.read()


tasks = {f.__name__: f for f in (about, digital402, gesv, inverse, gmres, chowlin, tempdisagg, stone, parquet, parquetwhole, parquetseries, csvwhole, sqlite3insert)}

for line in sys.stdin:
    task, folder = line.strip().split(" ", 1)
    if np is None and task != "sqlite3insert":
        answer = {"missing": "not installed"}
    else:
        try:
            answer = tasks[task](folder)
            if answer is None:
                answer = {"missing": "not installed"}
            elif not isinstance(answer, dict):
                answer = {"seconds": answer[0], "check": float(answer[1])}
        except Exception as error:  # a peer that fails is a fact to report, not an end of the run
            answer = {"missing": f"fails: {type(error).__name__} {str(error)[:80]}"}
    print(json.dumps(answer), flush=True)
