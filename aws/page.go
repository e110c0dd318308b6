package aws

import "iter"

// Page is one step of a listing that is read while it arrives. A listing yields
// pages in the order of their arrival; the last state of Seen and Total holds.
type Page[T any] struct {
	Items []T
	Gaps  []Gap
	// Seen counts the items known to exist so far, read or not. Total is their
	// final number, or -1 while listing is still going on.
	Seen, Total int
}

// Gap is a part of a listing that could not be read. A listing with a gap is not
// complete and must never be shown as if it were.
type Gap struct {
	IDs []string // the ARNs or names that are missing; empty where not even these are known
	Err error
	// Fatal means that the listing itself broke off: more may exist than is known.
	Fatal bool
}

// Pages is a listing. Ranging over it does the calls; leaving the range cancels them.
type Pages[T any] = iter.Seq[Page[T]]

// Collect reads a whole listing. The items are complete only if no gap is returned.
func Collect[T any](pages Pages[T]) (items []T, gaps []Gap) {
	for p := range pages {
		items = append(items, p.Items...)
		gaps = append(gaps, p.Gaps...)
	}
	return items, gaps
}
