package tabular

// Bounds of what is read: far above any table that a person makes, far below what would exhaust a machine.
const (
	MaxBytes   = 256 << 20 // of a file as it comes
	MaxRows    = 1 << 20   // what a spreadsheet holds
	MaxColumns = 1 << 14   // what a spreadsheet holds
	MaxCells   = 1 << 25   // of one table, empty ones included
	maxCell    = 1 << 17   // bytes of the text of one cell; a spreadsheet takes 32,767 characters
	maxPart    = 2 << 30   // bytes of a sheet, unpacked; it is read as a stream
	maxStrings = 256 << 20 // bytes of the shared texts of a workbook, unpacked; they are kept
	maxSmall   = 16 << 20  // bytes of any other part that is read
	maxParts   = 10_000    // of a workbook
)
