# The rule about length, a ratchet: [length].
# Called by tests/rules/check with the files as arguments and allowed=<file of exceptions>.
# A file longer than the limit must be listed as "length FILE LINES" and may only shrink.

BEGIN { limit = 500 }

function finish(   most) {
  if (name == "") return
  most = name in permitted ? permitted[name] : limit
  if (lines > most)
    print name ":" lines ": [length] " lines " lines, at most " most ": split it"
  else if (name in permitted && lines <= limit)
    print name ":" lines ": [length] is short enough now: take it off the list in " allowed
}

FNR == 1 {
  if (!exceptions_read) {
    exceptions_read = 1
    while ((getline line < allowed) > 0) {
      count = split(line, word, " ")
      if (word[1] == "length") permitted[word[2]] = word[3]
    }
  }
  finish()
  name = FILENAME
}

{ lines = FNR }

END { finish() }
