package people_test

import (
	"sync"
	"testing"
	"time"

	"nhipso/internal/catalog"
	"nhipso/internal/fault"
	"nhipso/internal/people"
	"nhipso/internal/register"
	"nhipso/internal/stat"
	"nhipso/internal/store/storetest"
	"nhipso/internal/testpack"
)

// office is an empty installation with two organisations, as the program loaded them.
func office(t *testing.T) *people.Office {
	t.Helper()
	c, err := catalog.Load(testpack.Cloudland())
	if err != nil {
		t.Fatal(err)
	}
	s := storetest.SQLite(t)
	r := &register.Register{Store: s.Register(), Types: func() *catalog.Catalog { return c }, Today: func() stat.Date { return today }, Now: time.Now}
	o := people.NewOffice(r, s, time.Now)
	if err := people.Load(t.Context(), r, []register.Act{
		add(people.OrganisationType, "GOV", "2020-01-01", "name_vi", "Chính phủ", "name_en", "Government", "kind", "government"),
		add(people.OrganisationType, "EAST", "2020-01-01", "name_vi", "Đông", "name_en", "East", "kind", "province", "parent", "GOV")}, "seed"); err != nil {
		t.Fatal(err)
	}
	return o
}

// TestTheFirstTenMinutes: a link makes the first administrator, once; they bring in another person, who signs in by their own link and may do what
// their role allows and nothing else; when they have left, nothing of theirs is good any more.
func TestTheFirstTenMinutes(t *testing.T) {
	o := office(t)
	secret, err := o.FirstLink(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	lan := people.Newcomer{Name: "Nguyễn Thị Lan", Email: "Lan@gov.example", Organisation: "GOV"}
	if _, err := o.Begin(t.Context(), "wrong", lan, good, ""); fault.CodeOf(err) != "people.link" {
		t.Errorf("without the link: %v", err)
	}
	if _, err := o.Begin(t.Context(), secret, lan, "short", ""); fault.CodeOf(err) != "people.password-length" {
		t.Error(err)
	}
	var root string
	var group sync.WaitGroup
	made := make(chan string, 4)
	for range cap(made) {
		group.Go(func() {
			if who, err := o.Begin(t.Context(), secret, lan, good, ""); err == nil {
				made <- who
			}
		})
	}
	group.Wait()
	if len(made) != 1 {
		t.Fatalf("%d first administrators", len(made))
	}
	root = <-made
	if _, err := o.FirstLink(t.Context()); fault.CodeOf(err) != "people.has-administrator" {
		t.Error(err)
	}
	if who, err := o.Accounts.SignIn(t.Context(), people.Try{Email: "lan@gov.example", Password: good}); err != nil || who != root {
		t.Fatalf("%q, %v", who, err)
	}
	minh, invite, err := o.Add(t.Context(), root, "", people.Newcomer{Name: "Trần Minh", Email: "minh@east.example", Organisation: "EAST", Roles: []people.Role{people.Reporter}}, "nhân sự mới")
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := o.Add(t.Context(), root, "", people.Newcomer{Name: "Khác", Email: "MINH@east.example", Organisation: "EAST"}, ""); fault.CodeOf(err) != "catalog.record-twice" {
		t.Errorf("two people of one address: %v", err)
	}
	if who, err := o.Accounts.Redeem(t.Context(), people.InviteLink, invite, good+" của Minh"); err != nil || who != minh {
		t.Fatalf("%q, %v", who, err)
	}
	plan := add("legal-document", "PLAN", "2020-01-01", "name_vi", "Kế hoạch", "name_en", "Plan")
	if err := people.Load(t.Context(), o.Register, []register.Act{plan}, "seed"); err != nil {
		t.Fatal(err)
	}
	station := func(id, keeper string) *register.Batch {
		return &register.Batch{Person: minh, Acts: []register.Act{add("station", id, "2026-01-01", "name_vi", id, "name_en", id, "area", "XM", "plan", "PLAN", "keeper", keeper)}}
	}
	if err := o.Register.Do(t.Context(), station("CS-1", "EAST")); err != nil {
		t.Error(err)
	}
	if err := o.Register.Do(t.Context(), station("CS-2", "GOV")); fault.CodeOf(err) != "people.may-not" {
		t.Errorf("a station for another organisation: %v", err)
	}
	forged := station("CS-3", "EAST")
	forged.Organisation = "GOV"
	if err := o.Register.Do(t.Context(), forged); fault.CodeOf(err) != "people.not-for" {
		t.Errorf("in the name of another organisation: %v", err)
	}
	if _, _, err := o.Add(t.Context(), minh, "", people.Newcomer{Name: "Bạn", Email: "ban@east.example", Organisation: "EAST", Roles: []people.Role{people.Administrator}}, ""); fault.CodeOf(err) != "people.may-not" {
		t.Errorf("a reporter makes an administrator: %v", err)
	}
	steal := change(t, o.Register, "station", "CS-1", "2026-02-01", "keeper", "GOV")
	if err := o.Register.Do(t.Context(), &register.Batch{Person: minh, Acts: []register.Act{steal}}); fault.CodeOf(err) != "people.may-not" {
		t.Errorf("a record is pushed on another organisation: %v", err)
	}
	leaves := change(t, o.Register, people.PersonType, minh, today.String())
	leaves.Kind = register.Ended
	if err := o.Register.Do(t.Context(), &register.Batch{Person: root, Acts: []register.Act{leaves}, Reason: "nghỉ việc"}); err != nil {
		t.Fatal(err)
	}
	if err := o.Register.Do(t.Context(), station("CS-4", "EAST")); fault.CodeOf(err) != "people.no-person" {
		t.Errorf("who left acts: %v", err)
	}
	if _, err := o.Accounts.SignIn(t.Context(), people.Try{Email: "minh@east.example", Password: good + " của Minh"}); fault.CodeOf(err) != "people.wrong" {
		t.Errorf("who left signs in: %v", err)
	}
}

func TestAnAddressThatIsNobodysIsNotTold(t *testing.T) {
	o := office(t)
	who, secret, err := o.Recover(t.Context(), "ai@gov.example")
	if who != "" || secret != "" || err != nil {
		t.Error(who, secret, err)
	}
}
