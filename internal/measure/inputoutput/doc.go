// Package inputoutput holds the algebra of input-output and supply-use tables: coefficients, multipliers, linkages,
// prices, extraction, value-added flows, and the way from supply and use to a symmetric table.
//
// Everything here is a pure function of its arguments: no files, clock, global state or chance. Arguments are never
// changed. A NaN or an infinity in an argument is an error that names the cell, and none ever comes out; what cannot be
// computed is Missing. The same input gives the same bits on any number of threads, since every sum has a fixed order.
//
// # Conventions
//
// A table has n industries (or products). Z (n × n) holds intermediate flows, rows selling and columns buying; x (n) is
// gross output, y = x − Z·1 final demand of that same table, A = Z·x̂⁻¹ the input coefficients, B = x̂⁻¹·Z the
// allocation coefficients. Money has one unit throughout a table; shares and coefficients are fractions. Domestic,
// imported and total flows are kept apart by Table.Origin: multipliers of a domestic table speak of the country,
// those of a total table also of its suppliers abroad.
//
// # Solving without inverting
//
// (I − A)⁻¹ is formed only by Model.Inverse and Model.ValueFlow, whose result it is. Everything else solves: a Solver
// either factors once (LU, for many right sides) or iterates (GMRES, or the power series) until a bound on the error is
// proven. The proof: if w > 0 and s = (I − |A|)ᵀw > 0 componentwise (a Certificate, checked with its rounding errors),
// then for any x̂ with residual r the error e obeys Σ sⱼ|eⱼ| ≤ Σ wᵢ|rᵢ|, and in the transposed system
// |eⱼ| ≤ wⱼ·maxᵢ|rᵢ|/sᵢ. With w = 1 this is the familiar ‖e‖₁ ≤ ‖r‖₁ / (1 − ‖A‖₁).
//
// Sources: Eurostat Manual of Supply, Use and Input-Output Tables (2008), chapters 11 and 15; Miller and Blair,
// Input-Output Analysis, 2nd edition (2009), chapters 2–6 and 12; United Nations, Handbook on Supply and Use Tables and
// Input-Output Tables with Extensions and Applications (2018).
package inputoutput
