package uncertainty

import (
	"crypto/sha256"
	"encoding/binary"
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/mathext"
)

// Stream is a sequence of random numbers that depends on nothing but the words it was keyed with. It is the ChaCha8 keystream,
// which is counter-based and specified to the bit, under the SHA-256 of the key. Not for use by two goroutines at once.
type Stream struct{ source *rand.ChaCha8 }

// NewStream keys a stream with a recipe, a seed, the index of a draw and, where a draw has several sources, a name.
// Sources with names of their own are independent of each other, and of which others are drawn and in what order.
func NewStream(recipe string, seed uint64, draw int, name string) *Stream {
	h := sha256.New()
	var word [8]byte
	put := func(x uint64) {
		binary.LittleEndian.PutUint64(word[:], x)
		h.Write(word[:])
	}
	put(uint64(len(recipe)))
	h.Write([]byte(recipe))
	put(seed)
	put(uint64(draw))
	h.Write([]byte(name))
	var key [32]byte
	h.Sum(key[:0])
	return &Stream{rand.NewChaCha8(key)}
}

// Uniform gives a number in (0,1), never 0 or 1, on a grid of 2^53 mid-points.
func (s *Stream) Uniform() float64 { return (float64(s.source.Uint64()>>11) + 0.5) * 0x1p-53 }

// Normal gives a standard normal number, one uniform each, by inversion.
func (s *Stream) Normal() float64 { return mathext.NormalQuantile(s.Uniform()) }

// logGamma gives the logarithm of a Gamma(shape, 1) number; the logarithm, since a small shape would underflow to zero.
// Source: Marsaglia and Tsang (2000), ACM Transactions on Mathematical Software 26(3), with the power transformation below one.
func (s *Stream) logGamma(shape float64) float64 {
	boost := 0.0
	if shape < 1 {
		boost = math.Log(s.Uniform()) / shape
		shape++
	}
	d := shape - 1.0/3
	c := 1 / math.Sqrt(9*d)
	for {
		z := s.Normal()
		v := 1 + c*z
		if v <= 0 {
			continue
		}
		v = v * v * v
		if math.Log(s.Uniform()) < z*z/2+d-d*v+d*math.Log(v) {
			return math.Log(d) + math.Log(v) + boost
		}
	}
}
