package store_test

import (
	"testing"

	"nhipso/internal/store/storetest"
)

func TestSQLiteKeepsTheContracts(t *testing.T)     { storetest.RunAll(t, storetest.EmptySQLite) }
func TestPostgreSQLKeepsTheContracts(t *testing.T) { storetest.RunAll(t, storetest.EmptyPostgres) }
