package chart

func (s *Spec) mapHeight(width int) int           { return width }
func (s *Spec) drawMap(o Options) (string, error) { return "", nil }
