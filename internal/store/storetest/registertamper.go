package storetest

import (
	"database/sql"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"nhipso/internal/register"
	"nhipso/internal/stat"
	"nhipso/internal/store"
	"nhipso/internal/store/sqldb"
)

// sealedByRegister are the tables of records, and the log that seals them. Accounts, links and sessions are not: doc/operations.md says so.
var sealedByRegister = []string{"record_batch", "record_act", "record_personal", "record_version", "record_value", "audit"}

var looksLikeDay = regexp.MustCompile(`^\d{4}-\d\d-\d\d$`)

// altered gives another value of the kind of one, as somebody would write it who wants to be found out by nothing but what it says.
func altered(v any) any {
	switch v := v.(type) {
	case int64:
		if v > 1<<40 { // for ever: known until some act
			return int64(3)
		}
		return v + 1000 // no other row has it
	case string:
		switch {
		case v == "9999-12-31":
			return "2031-01-01"
		case looksLikeDay.MatchString(v):
			return "2019-12-31"
		case strings.HasPrefix(v, "{") && len(v) > 4:
			return strings.Replace(v, `":"`, `":"x`, 1)
		case strings.HasPrefix(v, "[") && len(v) > 4:
			return strings.Replace(v, `":"`, `":"x`, 2)
		}
		return v + "x"
	}
	return v
}

// columnsOf reads every row of a table, and the names of its columns.
func columnsOf(t testing.TB, db *sqldb.DB, table string) (names []string, list [][]any) {
	t.Helper()
	err := sqldb.Each(background, db, func(rows *sql.Rows) (err error) {
		if names, err = rows.Columns(); err != nil {
			return err
		}
		row, into := make([]any, len(names)), make([]any, len(names))
		for i := range row {
			into[i] = &row[i]
		}
		if err = rows.Scan(into...); err == nil {
			list = append(list, row)
		}
		return err
	}, "SELECT * FROM "+table)
	if err != nil {
		t.Fatal(err)
	}
	return names, list
}

func quoted(v any) string {
	if s, is := v.(string); is {
		return "'" + strings.ReplaceAll(s, "'", "''") + "'"
	}
	return fmt.Sprint(v)
}

func equalTo(names []string, row []any, but int, value any) string {
	var out []string
	for i, name := range names {
		v := row[i]
		if i == but {
			v = value
		}
		out = append(out, name+" = "+quoted(v))
	}
	return strings.Join(out, " AND ")
}

// testRegisterTampered alters every column of some rows of every table by hand, takes rows away and puts rows in: each time a verification says so, and
// once it is as it was, it says nothing.
func testRegisterTampered(t *testing.T, at Database) {
	url := at(t)
	s := Open(t, url)
	s.Declare(declared)
	r := registerOf(s)
	do(t, r, plan("PLAN-1", "Kế hoạch một"))
	seen := do(t, r, station("CS-1", "Trạm Đông", "2024-01-01", "contact", "Bà Kín", "cost", "5")).Acts[0].Number
	seen = do(t, r, register.Act{Kind: register.Changed, Type: "station", Record: "CS-1", From: stat.MustDate("2025-01-01"), Base: seen, Changes: changes("cost", "7")}).Acts[0].Number
	do(t, r, register.Act{Kind: register.Changed, Type: "station", Record: "CS-1", From: stat.MustDate("2024-06-01"), Base: seen, Changes: changes("contact", "Ông Kín")})
	gone := do(t, r, station("CS-2", "Trạm Tây", "2024-01-01", "contact", "Người Đi")).Acts[0].Number
	do(t, r, register.Act{Kind: register.Erased, Type: "station", Record: "CS-2", Base: gone, Changes: changes("contact", "")})
	db := raw(t, url)
	well := func() {
		t.Helper()
		if report := must[store.Report](t)(s.Integrity(background)); len(report.Problems) > 0 {
			t.Fatalf("what is as it was is found wrong: %v", report.Problems)
		}
	}
	well()
	wrong := func(what string) {
		t.Helper()
		if report := must[store.Report](t)(s.Integrity(background)); len(report.Problems) == 0 {
			t.Errorf("nobody finds %s", what)
		}
	}
	for _, table := range sealedByRegister {
		names, list := columnsOf(t, db, table)
		if len(list) == 0 {
			t.Fatalf("%s is empty: nothing is shown", table)
		}
		step := max(1, len(list)/8) // all kinds of rows, without hours of it
		for n := 0; n < len(list); n += step {
			row := list[n]
			for i, name := range names {
				value := altered(row[i])
				if value == row[i] {
					continue
				}
				tamperWith(t, db, table, "UPDATE "+table+" SET "+name+" = "+quoted(value)+" WHERE "+equalTo(names, row, -1, nil))
				wrong(fmt.Sprintf("%s.%s of %v, which is %v now", table, name, row, value))
				tamperWith(t, db, table, "UPDATE "+table+" SET "+name+" = "+quoted(row[i])+" WHERE "+equalTo(names, row, i, value))
			}
			var values []string
			for _, v := range row {
				values = append(values, quoted(v))
			}
			insert := "INSERT INTO " + table + " (" + strings.Join(names, ", ") + ") VALUES (" + strings.Join(values, ", ") + ")"
			tamperWith(t, db, table, "DELETE FROM "+table+" WHERE "+equalTo(names, row, -1, nil))
			if table != "audit" || n < len(list)-1 { // what is cut off the end shows against the head that was noted
				wrong(fmt.Sprintf("that %s lacks %v", table, row))
			}
			tamperWith(t, db, table, insert)
		}
		well()
	}
	for _, put := range []struct{ table, statement string }{
		{"record_version", "INSERT INTO record_version (type, record, act_from, valid_from, valid_until, act_until, act, content) SELECT type, 'CS-9', act_from, valid_from, valid_until, act_until, act, content FROM record_version WHERE record = 'CS-1' AND act_from = 2"},
		{"record_value", "INSERT INTO record_value (type, field, sort, record, value, act_from, valid_from, valid_until, act_until) SELECT type, field, 'x', record, 'x', act_from, valid_from, valid_until, act_until FROM record_value WHERE record = 'CS-1' AND field = 'area'"},
		{"record_personal", "INSERT INTO record_personal (act, field, salt, earlier, later) VALUES (3, 'cost', 'x', '', 'x')"},
	} {
		tamperWith(t, db, put.table, put.statement)
		wrong("what was put into " + put.table)
		switch put.table {
		case "record_version":
			tamperWith(t, db, put.table, "DELETE FROM record_version WHERE record = 'CS-9'")
		case "record_value":
			tamperWith(t, db, put.table, "DELETE FROM record_value WHERE value = 'x'")
		default:
			tamperWith(t, db, put.table, "DELETE FROM record_personal WHERE salt = 'x'")
		}
	}
	well()
}
