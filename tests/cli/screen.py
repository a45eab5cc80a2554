"""A terminal's screen, as a person sees it: what it shows, and nothing that a terminal would do without being asked.

Knows what popfetch and libedit send to an xterm and refuses everything else, so that text from a server which reaches the
terminal raw is an error and not a picture.
"""

import re
import unicodedata

SEQUENCE = re.compile(r"\x1b\[([?>]?)([0-9;]*)([A-Za-z@])")
QUIET = re.compile(r"\x1b[=>]|\x1b\([0B]|\x1b\[\?[0-9;]*[hl]")   # keypad, character set, modes: nothing to see


class Refused(Exception):
    """Something that no terminal should have been sent."""


def columns_of(character):
    # U+1F3FB..: the colours of skin, which join the emoji before them.
    if unicodedata.combining(character) or unicodedata.category(character) in ("Mn", "Me", "Cf") or character in "\ufe0e\ufe0f":
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


class Screen:
    def __init__(self, columns, rows):
        self.columns, self.rows = columns, rows
        self.cells = [self.blank() for _ in range(rows)]
        self.row = self.column = 0
        self.pending = ""              # the beginning of a sequence
        self.inserting = False
        self.colours = set()           # the colours ever used, as SGR parameters
        self.widest = 0

    def blank(self):
        return [" "] * self.columns

    def feed(self, text):
        text = self.pending + text
        at, self.pending = 0, ""
        while at < len(text):
            if text[at] != "\x1b":
                self.put(text[at])
                at += 1
                continue
            match = QUIET.match(text, at) or SEQUENCE.match(text, at)
            if match:
                if match.re is SEQUENCE:
                    self.obey(match)
                at = match.end()
            elif re.fullmatch(r"\x1b(\[[?>]?[0-9;]*|\()?", text[at:]):
                self.pending = text[at:]
                return
            else:
                raise Refused(repr(text[at:at + 20]))

    def put(self, character):
        if character == "\r":
            self.column = 0
        elif character == "\n":
            self.down()
        elif character == "\b":
            self.column = max(self.column - 1, 0)
        elif unicodedata.category(character)[0] == "C" and character != "\u200d":
            raise Refused(repr(character))
        else:
            self.draw(character)

    def draw(self, character):
        width = columns_of(character)
        if width == 0:                 # belongs to the cell before
            if self.column:
                self.cells[self.row][self.column - 1] += character
            return
        if self.column + width > self.columns:
            self.column = 0
            self.down()
        line = self.cells[self.row]
        if self.inserting:
            line[self.column:] = ([" "] * width + line[self.column:])[: self.columns - self.column]
        line[self.column:self.column + width] = [character] + [""] * (width - 1)
        self.column += width
        self.widest = max(self.widest, self.column)

    def down(self):
        self.row += 1
        if self.row == self.rows:
            self.row -= 1
            self.cells = self.cells[1:] + [self.blank()]

    def obey(self, match):
        mark, parameters, letter = match.groups()
        numbers = [int(number or 0) for number in parameters.split(";")]
        count = numbers[0] or 1
        if letter == "m" and not mark:
            self.colours |= {number for number in numbers if number}
        elif letter == "A":
            self.row = max(self.row - count, 0)
        elif letter == "B":
            self.row = min(self.row + count, self.rows - 1)
        elif letter == "C":
            self.column = min(self.column + count, self.columns - 1)
        elif letter == "D":
            self.column = max(self.column - count, 0)
        elif letter == "G":
            self.column = count - 1
        elif letter == "H":
            self.row, self.column = count - 1, (numbers + [1])[1] - 1
        elif letter == "K" and numbers[0] == 0:
            self.cells[self.row][self.column:] = [" "] * (self.columns - self.column)
        elif letter == "J":
            self.cells[self.row][self.column:] = [" "] * (self.columns - self.column)
            self.cells[self.row + 1:] = [self.blank() for _ in self.cells[self.row + 1:]]
        elif letter == "P":
            line = self.cells[self.row]
            line[self.column:] = (line[self.column + count:] + [" "] * count)[: self.columns - self.column]
        elif letter == "@":
            line = self.cells[self.row]
            line[self.column:] = ([" "] * count + line[self.column:])[: self.columns - self.column]
        elif letter in "hl" and not mark and numbers == [4]:
            self.inserting = letter == "h"
        else:
            raise Refused(repr(match[0]))

    def lines(self):
        return ["".join(line).rstrip() for line in self.cells]

    def text(self):
        return "\n".join(self.lines()).rstrip("\n")
