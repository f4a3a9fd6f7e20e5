package middleware

import (
	"net"
	"net/http"
	"net/netip"
	"regexp"
	"strings"
)

// Client names who asks: the address of the connection, or behind a trusted proxy the last address it forwarded that is not
// itself a trusted proxy. An IPv6 client is its /64 network.
func Client(r *http.Request, trusted []netip.Prefix) string {
	addr, ok := clientAddr(r, trusted)
	if !ok {
		return r.RemoteAddr
	}
	if addr.Is6() {
		if p, err := addr.Prefix(64); err == nil {
			return p.String()
		}
	}
	return addr.String()
}

// peer is the address at the other end of the connection.
func peer(r *http.Request) (netip.Addr, bool) {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		host = r.RemoteAddr
	}
	addr, err := netip.ParseAddr(host)
	return addr.Unmap(), err == nil
}

func clientAddr(r *http.Request, trusted []netip.Prefix) (netip.Addr, bool) {
	addr, ok := peer(r)
	if !ok || !within(addr, trusted) {
		return addr, ok
	}
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for i := len(hops) - 1; i >= 0; i-- {
		hop, err := netip.ParseAddr(strings.TrimSpace(hops[i]))
		if err != nil {
			break
		}
		addr = hop.Unmap()
		if !within(addr, trusted) {
			break
		}
	}
	return addr, true
}

// Origin gives scheme and host under which a request was made: those of the connection, or behind a trusted proxy those that it forwarded.
// Anybody can write these headers, so from anybody else they say nothing.
func Origin(r *http.Request, trusted []netip.Prefix) string {
	scheme, host := "http", r.Host
	if r.TLS != nil {
		scheme = "https"
	}
	if addr, ok := peer(r); ok && within(addr, trusted) {
		if p := last(r.Header.Values("X-Forwarded-Proto")); p == "http" || p == "https" {
			scheme = p
		}
		if h := last(r.Header.Values("X-Forwarded-Host")); hostName.MatchString(h) {
			host = h
		}
	}
	return scheme + "://" + host
}

// hostName is a host with or without a port, as it may stand in an address.
var hostName = regexp.MustCompile(`^([A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(:[0-9]{1,5})?$`)

// last gives the last of a list of values, which the nearest proxy wrote.
func last(values []string) string {
	list := strings.Split(strings.Join(values, ","), ",")
	return strings.TrimSpace(list[len(list)-1])
}

// Near reports whether a request comes from this machine or from a trusted address. A request that a proxy passed on which is not trusted is
// from far: its connection may well begin on this machine, but not its reader.
func Near(r *http.Request, trusted []netip.Prefix) bool {
	from, ok := peer(r)
	if !ok {
		return false
	}
	if !within(from, trusted) && relayed(r) {
		return false
	}
	addr, ok := clientAddr(r, trusted)
	return ok && (addr.IsLoopback() || within(addr, trusted))
}

// relayed reports whether a request says that it came through a proxy.
func relayed(r *http.Request) bool {
	for _, name := range []string{"X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-Ip", "Forwarded", "Via"} {
		if r.Header.Get(name) != "" {
			return true
		}
	}
	return false
}

func within(a netip.Addr, list []netip.Prefix) bool {
	for _, p := range list {
		if p.Contains(a.Unmap()) {
			return true
		}
	}
	return false
}
