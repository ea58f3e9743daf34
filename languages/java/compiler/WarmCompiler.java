import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * javac that can be started before there is anything to compile: {@code WarmCompiler LIST OPTION...}. LIST is a file with
 * the path of a source on each line, of which there are none on the command line, since that has to be the same for all
 * programs. Where LIST is a FIFO, this compiles a sample first, so that the compiler is loaded and partly compiled
 * itself, and then waits for what comes through. Messages and exit codes are those of javac.
 */
final class WarmCompiler {
    public static void main(String[] arguments) throws IOException {
        Path list = Path.of(arguments[0]);
        List<String> command = new ArrayList<>(List.of(arguments).subList(1, arguments.length));
        if (!Files.isRegularFile(list)) {
            warmUp(command);
        }
        command.addAll(Files.readAllLines(list));
        System.exit(compile(command));
    }

    private static int compile(List<String> command) {
        return com.sun.tools.javac.Main.compile(command.toArray(String[]::new));
    }

    /** With the very options, but into a folder of its own, which is gone when the first program comes. */
    private static void warmUp(List<String> command) throws IOException {
        Path folder = Files.createTempDirectory("warm");
        Path source = folder.resolve("Sample.java");
        try (InputStream sample = WarmCompiler.class.getResourceAsStream("/Sample.java")) {
            Files.copy(sample, source);
        }
        List<String> warming = new ArrayList<>(command);
        warming.set(warming.indexOf("-d") + 1, folder.toString());
        warming.add(source.toString());
        PrintStream errors = System.err;
        System.setErr(new PrintStream(PrintStream.nullOutputStream()));
        try {
            compile(warming);
        } finally {
            System.setErr(errors);
        }
        delete(folder);
    }

    private static void delete(Path folder) throws IOException {
        try (var files = Files.list(folder)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        }
        Files.delete(folder);
    }
}
