# Does tasks for devtools/bench as peers.py does, in R without packages: Chow-Lin by maximum likelihood over rho with dense algebra, which is how
# the package tempdisagg works.
vector <- function(folder, name) {
  file <- file.path(folder, name)
  readBin(file, "double", n = file.size(file) / 8, size = 8, endian = "little")
}

chowlin <- function(folder) {
  low <- vector(folder, "low")
  x <- vector(folder, "x")
  n <- length(low)
  m <- length(x)
  X <- cbind(1, x)
  C <- kronecker(diag(n), t(rep(1, m / n)))
  power <- abs(outer(seq_len(m), seq_len(m), "-"))
  CX <- C %*% X
  gls <- function(rho) {
    Q <- rho^power / (1 - rho^2)
    QC <- tcrossprod(Q, C)
    R <- chol(C %*% QC)
    Xs <- backsolve(R, CX, transpose = TRUE)
    ys <- backsolve(R, low, transpose = TRUE)
    f <- qr(Xs)
    rss <- sum(qr.resid(f, ys)^2)
    list(logl = -n / 2 * (1 + log(2 * pi) + log(rss / n)) - sum(log(diag(R))), beta = qr.coef(f, ys), Q = Q, QC = QC, R = R, Xs = Xs, rss = rss)
  }
  fit <- function() {
    best <- optimize(function(rho) gls(rho)$logl, c(0, 0.999), maximum = TRUE, tol = 1e-9)
    g <- gls(best$maximum)
    D <- g$QC %*% chol2inv(g$R)
    y <- X %*% g$beta + D %*% (low - CX %*% g$beta)
    E <- X - D %*% CX
    V <- g$rss / (n - 2) * (g$Q - D %*% t(g$QC) + E %*% solve(crossprod(g$Xs)) %*% t(E))
    list(y = y, se = sqrt(pmax(diag(V), 0)))
  }
  fit()
  repeats <- 10
  seconds <- system.time(for (i in seq_len(repeats)) f <- fit())[["elapsed"]] / repeats
  sprintf('{"seconds":%.9g,"check":%.15g}', seconds, sqrt(sum(f$y^2)))
}

input <- file("stdin", "r")
while (length(line <- readLines(input, n = 1)) == 1) {
  words <- strsplit(line, " ", fixed = TRUE)[[1]]
  answer <- tryCatch(switch(words[1],
    about = sprintf('{"about":"%s, BLAS %s"}', R.version.string, basename(extSoftVersion()[["BLAS"]])),
    chowlin = chowlin(words[2])
  ), error = function(e) sprintf('{"missing":"fails: %s"}', gsub('["\\\\\n]', " ", conditionMessage(e))))
  cat(answer, "\n", sep = "")
  flush(stdout())
}
