package store

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/base64"
	"encoding/hex"
	"io"
	"slices"

	"nhipso/internal/fault"
	"nhipso/internal/register"
	"nhipso/internal/store/sqldb"
)

// DeskTables are those of files at records, of saved lists, and of what lists were made ready by.
const DeskTables Migration = "desk"

// filePart is how much of a file stands in one row.
const filePart = 192 << 10

// keepContents stores what files hold, each once.
func keepContents(ctx context.Context, tx *sqldb.Tx, list []register.Content) error {
	piece := make([]byte, filePart)
	for _, c := range list {
		n, err := sqldb.Scalar[int64](ctx, tx, "SELECT COUNT(*) FROM record_file WHERE sha256 = $1", c.SHA256)
		if err != nil {
			return err
		}
		if n > 0 {
			continue
		}
		if _, err := tx.Exec(ctx, "INSERT INTO record_file (sha256, size) VALUES ($1, $2)", c.SHA256, c.Size); err != nil {
			return err
		}
		sum := sha256.New()
		from := io.TeeReader(io.NewSectionReader(c.Bytes, 0, c.Size), sum)
		for part := int64(0); part*filePart < c.Size; part++ {
			n := min(filePart, c.Size-part*filePart)
			if _, err := io.ReadFull(from, piece[:n]); err != nil {
				return fault.New("register.no-content", "name", c.SHA256).Because(err)
			}
			if _, err := tx.Exec(ctx, "INSERT INTO record_file_part (sha256, part, content) VALUES ($1, $2, $3)", c.SHA256, part, base64.StdEncoding.EncodeToString(piece[:n])); err != nil {
				return err
			}
		}
		if hex.EncodeToString(sum.Sum(nil)) != c.SHA256 {
			return fault.New("register.no-content", "name", c.SHA256)
		}
	}
	return nil
}

// keepUse notes that an act has a file. What it holds must have been handed over with the batch: whoever only knows the hash of another's file does not
// get at it by that.
func keepUse(ctx context.Context, tx *sqldb.Tx, a *register.Act, handed []register.Content) error {
	if a.Kind != register.Attached {
		return nil
	}
	for _, c := range a.Changes {
		file, is := register.AttachmentOf(c.After)
		if !is {
			continue
		}
		n, err := sqldb.Scalar[int64](ctx, tx, "SELECT COUNT(*) FROM record_file WHERE sha256 = $1 AND size = $2", file.SHA256, file.Size)
		if err != nil {
			return err
		}
		if n == 0 || !slices.ContainsFunc(handed, func(c register.Content) bool { return c.SHA256 == file.SHA256 }) {
			return fault.New("register.no-content", "name", file.Name)
		}
		personal := int64(0)
		if c.Column == register.PersonalFileColumn {
			personal = 1
		}
		if _, err := tx.Exec(ctx, "INSERT INTO record_file_use (act, sha256, type, record, personal) VALUES ($1, $2, $3, $4, $5)", a.Number, file.SHA256, a.Type, a.Record, personal); err != nil {
			return err
		}
	}
	return nil
}

// forgetFiles removes the files of a record that are personal data, and what they hold where nothing else has it.
func forgetFiles(ctx context.Context, tx *sqldb.Tx, a *register.Act) error {
	files, err := sqldb.Collect(ctx, tx, sqldb.One[string], "SELECT DISTINCT sha256 FROM record_file_use WHERE type = $1 AND record = $2 AND personal = 1", a.Type, a.Record)
	if err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, "DELETE FROM record_file_use WHERE type = $1 AND record = $2 AND personal = 1", a.Type, a.Record); err != nil {
		return err
	}
	for _, file := range files {
		for _, table := range []string{"record_file_part", "record_file"} {
			if _, err := tx.Exec(ctx, "DELETE FROM "+table+" WHERE sha256 = $1 AND NOT EXISTS (SELECT 1 FROM record_file_use u WHERE u.sha256 = $2)", file, file); err != nil {
				return err
			}
		}
	}
	return nil
}

// Content implements register.Reader.
func (r records) Content(ctx context.Context, sha256 string, to io.Writer) (bool, error) {
	found := false
	err := sqldb.Each(ctx, r.from, func(rows *sql.Rows) error {
		var text string
		if err := rows.Scan(&text); err != nil {
			return err
		}
		found = true
		piece, err := base64.StdEncoding.DecodeString(text)
		if err != nil {
			return fault.New("register.file-altered", "id", sha256).Because(err)
		}
		_, err = to.Write(piece)
		return writing(err)
	}, "SELECT content FROM record_file_part WHERE sha256 = $1 ORDER BY part", sha256)
	return found, err
}

// checkFiles reads every file and compares it with its hash, and looks for acts whose file is missing.
func (s *Store) checkFiles(ctx context.Context, r *Report) error {
	files, err := sqldb.Collect(ctx, s.db, sqldb.One[string], "SELECT sha256 FROM record_file ORDER BY sha256")
	if err != nil {
		return err
	}
	for _, file := range files {
		sum := sha256.New()
		if _, err := (records{s.db}).Content(ctx, file, sum); fault.CodeOf(err) != "register.file-altered" && err != nil {
			return err
		}
		if hex.EncodeToString(sum.Sum(nil)) != file && len(r.Problems) < maxBroken {
			r.Problems = append(r.Problems, fault.New("register.file-altered", "id", file))
		}
	}
	lost, err := sqldb.Collect(ctx, s.db, scanStoredAct, actFields+"WHERE a.kind = $1 AND NOT EXISTS (SELECT 1 FROM record_file_use u JOIN record_file f ON f.sha256 = u.sha256 WHERE u.act = a.number) ORDER BY a.number", string(register.Attached))
	if err != nil {
		return err
	}
	for _, x := range lost {
		personal, err := records{s.db}.personal(ctx, []int64{x.act.Number})
		if err != nil {
			return err
		}
		if told := x.told(personal); len(told.Changes) == 1 && !told.Changes[0].Gone && len(r.Problems) < maxBroken {
			r.Problems = append(r.Problems, fault.New("register.file-lost", "number", x.act.Number))
		}
	}
	return nil
}
