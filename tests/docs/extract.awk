# Makes one C++ source of the ```cpp blocks of the manual's pages, so that the compiler reads them.
#
#   awk -v root=DIR -f extract.awk DIR/README.md DIR/docs/*.md > docs_code.cpp
#
# A comment in front of a block says what is around it, and holds for all blocks of the page up to the
# next such comment:
#
#   <!-- compiled with: hamok::node& node, int argc -->   statements: in a function with these arguments
#   <!-- compiled with: nothing -->                       declarations: seen by all blocks behind them
#   <!-- taken from: examples/queue_jobs.cpp -->          not here: docs_test compares it with that file
#
# A block without any is left out, and docs_test fails for it. Lines keep their numbers in the page.

function end_page() {
  if (page != "")
    print "} // namespace " space
}

function begin_block(  arguments) {
  list = list "    {\"" page "\", " FNR "},\n"
  if (around == "nothing") {
    in_function = 0
  } else {
    in_function = 1
    arguments = around
    print "[[maybe_unused]] inline auto block_" FNR "(" arguments ") {"
  }
  print "#line " (FNR + 1) " \"" FILENAME "\""
}

BEGIN {
  print "// Made by tests/docs/extract.awk of the pages of the manual: what they show has to compile."
  print "#include \"hamok/tests/docs/prelude.hpp\""
}

FNR == 1 {
  end_page()
  page = substr(FILENAME, length(root) + 2)
  space = "page_" page
  gsub(/[^A-Za-z0-9]/, "_", space)
  around = ""
  inside = ""
  print "\nnamespace " space " {"
}

inside == "" && /^<!-- compiled with: .* -->$/ {
  around = substr($0, 21, length($0) - 24)
  next
}
inside == "" && /^<!-- taken from: .* -->$/ {
  around = ""
  next
}

inside != "" && /^ *```$/ {
  if (inside == "cpp" && in_function)
    print "}"
  inside = ""
  next
}
inside == "" && /^ *```/ {
  inside = $0
  sub(/^ *```/, "", inside)
  if (inside == "cpp" && around == "")
    inside = "left out"
  if (inside == "cpp")
    begin_block()
  next
}
inside == "cpp" { print }

END {
  end_page()
  print "\nnamespace hamok::docs {"
  print "std::vector<compiled_block> compiled_blocks() {"
  print "  return {\n" list "  };"
  print "}"
  print "} // namespace hamok::docs"
}
