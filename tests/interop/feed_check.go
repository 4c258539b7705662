// SPDX-License-Identifier: Apache-2.0
// Checks what a log of ours published with golang.org/x/mod/sumdb: a case a line in, `ok` or `refused` a line out.
package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

type testCase struct {
	Kind                     string
	Note, Key, Body          string
	Size, Old, Index, Number int64
	Level, Width             int
	Root, OldRoot            []byte
	Entry                    []byte
	Entries, Path            [][]byte
	Tiles                    map[string][]byte
	Text                     string
}

func hash(content []byte) (h tlog.Hash) {
	copy(h[:], content)
	return h
}

func hashes(path [][]byte) (found []tlog.Hash) {
	for _, each := range path {
		found = append(found, hash(each))
	}
	return found
}

// Go's paths begin with the height, ours (C2SP) do not.
func place(tile tlog.Tile) string {
	return "tile/" + strings.TrimPrefix(tile.Path(), "tile/8/")
}

type tiles map[string][]byte

func (t tiles) Height() int { return 8 }
func (t tiles) ReadTiles(wanted []tlog.Tile) (found [][]byte, err error) {
	for _, each := range wanted {
		content, is := t[place(each)]
		if !is {
			return nil, errors.New("no such tile: " + place(each))
		}
		found = append(found, content)
	}
	return found, nil
}
func (t tiles) SaveTiles([]tlog.Tile, [][]byte) {}

func opened(c testCase) error {
	verifier, err := note.NewVerifier(c.Key)
	if err != nil {
		return err
	}
	found, err := note.Open([]byte(c.Note), note.VerifierList(verifier))
	if err == nil && found.Text != c.Body {
		err = errors.New("another text")
	}
	return err
}

// All hashes of the tree are read from our tiles, which Go holds against the root.
func read(c testCase) error {
	tree := tlog.Tree{N: c.Size, Hash: hash(c.Root)}
	reader := tlog.TileHashReader(tree, tiles(c.Tiles))
	for index, entry := range c.Entries {
		found, err := reader.ReadHashes([]int64{tlog.StoredHashIndex(0, int64(index))})
		if err != nil {
			return err
		}
		if found[0] != tlog.RecordHash(entry) {
			return errors.New("another leaf")
		}
	}
	return nil
}

func stored(entries [][]byte) tlog.HashReader {
	var all []tlog.Hash
	reader := tlog.HashReaderFunc(func(indexes []int64) (found []tlog.Hash, err error) {
		for _, each := range indexes {
			found = append(found, all[each])
		}
		return found, nil
	})
	for index, entry := range entries {
		more, err := tlog.StoredHashes(int64(index), entry, reader)
		if err != nil {
			panic(err)
		}
		all = append(all, more...)
	}
	return reader
}

// Go grows the same tree from the entries and makes the same proofs.
func grown(c testCase) error {
	reader := stored(c.Entries)
	root, err := tlog.TreeHash(c.Size, reader)
	if err != nil || root != hash(c.Root) {
		return fmt.Errorf("another root: %w", err)
	}
	record, err := tlog.ProveRecord(c.Size, c.Index, reader)
	if err != nil || fmt.Sprint(record) != fmt.Sprint(tlog.RecordProof(hashes(c.Path))) {
		return fmt.Errorf("another proof: %w", err)
	}
	return nil
}

func checked(c testCase) error {
	switch c.Kind {
	case "note":
		return opened(c)
	case "tiles":
		return read(c)
	case "grown":
		return grown(c)
	case "inclusion":
		return tlog.CheckRecord(hashes(c.Path), c.Size, hash(c.Root), c.Index, tlog.RecordHash(c.Entry))
	case "consistency":
		return tlog.CheckTree(hashes(c.Path), c.Size, hash(c.Root), c.Old, hash(c.OldRoot))
	case "path":
		if place(tlog.Tile{H: 8, L: c.Level, N: c.Number, W: c.Width}) != c.Text {
			return errors.New("another path")
		}
		return nil
	}
	panic("unknown case " + c.Kind)
}

func main() {
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 64<<20)
	for lines.Scan() {
		var c testCase
		if err := json.Unmarshal(lines.Bytes(), &c); err != nil {
			panic(err)
		}
		if err := checked(c); err != nil {
			fmt.Println("refused", err)
		} else {
			fmt.Println("ok")
		}
	}
}
