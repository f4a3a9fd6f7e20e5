package main

func (m *mirror) searches() error { return nil }
