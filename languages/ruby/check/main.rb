raise "broken on purpose" if ARGV[0] == "fail"

puts "#{ARGV.join("|")} #{$stdin.read}"
