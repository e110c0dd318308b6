package field

// ParseLevel reads a level's name as loggers write it, in any case, or a number of
// bunyan and pino (10 trace … 60 fatal). Unknown words are None.
func ParseLevel(word []byte) Level {
	if len(word) == 0 || len(word) > 13 {
		return None
	}
	if '0' <= word[0] && word[0] <= '9' {
		return numberLevel(word)
	}
	var low [13]byte
	for i, c := range word {
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		low[i] = c
	}
	switch string(low[:len(word)]) {
	case "trace", "trc", "finest", "finer", "verbose", "silly", "t":
		return Trace
	case "debug", "dbg", "debu", "fine", "d":
		return Debug
	case "info", "inf", "information", "informational", "notice", "log", "config", "i", "note", "audit":
		return Info
	case "warn", "warning", "wrn", "w":
		return Warn
	case "error", "err", "eror", "severe", "failure", "e":
		return Error
	case "fatal", "ftl", "critical", "crit", "panic", "dpanic", "emerg", "emergency", "alert", "f", "c":
		return Fatal
	}
	return None
}

func numberLevel(word []byte) Level {
	if len(word) != 2 || word[1] != '0' {
		return None
	}
	switch word[0] {
	case '1':
		return Trace
	case '2':
		return Debug
	case '3':
		return Info
	case '4':
		return Warn
	case '5':
		return Error
	case '6':
		return Fatal
	}
	return None
}

// isLevelKey reports whether structured lines keep their level under that key.
func isLevelKey(key []byte) bool {
	switch string(key) {
	case "level", "lvl", "severity", "Level", "LEVEL", "log.level", "loglevel", "logLevel", "log_level", "levelname",
		"@level", "@l", "severityText", "severity_text", "SeverityText", "levelName", "priority", "l":
		return true
	}
	return false
}

// isMessageKey reports whether structured lines keep their message under that key.
func isMessageKey(key []byte) bool {
	switch string(key) {
	case "msg", "message", "Message", "log", "event", "text", "@m", "@message", "short_message", "body", "Body":
		return true
	}
	return false
}

// IsTimeKey reports whether structured lines keep their time under that key.
func IsTimeKey(key []byte) bool {
	switch string(key) {
	case "time", "ts", "timestamp", "@timestamp", "t", "Timestamp", "datetime", "date", "asctime", "@t", "eventTime":
		return true
	}
	return false
}

// IsMessageKey reports whether structured lines keep their message under that key.
func IsMessageKey(key []byte) bool { return isMessageKey(key) }

// IsLevelKey reports whether structured lines keep their level under that key.
func IsLevelKey(key []byte) bool { return isLevelKey(key) }
