package store_test

import (
	"testing"

	"nhipso/internal/store/storetest"
)

func TestSQLiteKeepsTheContracts(t *testing.T)     { storetest.RunAll(t, storetest.SQLitePlace) }
func TestPostgreSQLKeepsTheContracts(t *testing.T) { storetest.RunAll(t, storetest.PostgresPlace) }
