import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Scanner;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** What WarmCompiler compiles first: a little of everything that programs have. It never runs. */
class Sample {
    interface Shape {
        double area();
    }

    enum Kind {
        ONE,
        TWO
    }

    static abstract class Group<T extends Comparable<T>> implements Shape {
        protected final List<T> items = new ArrayList<>();

        Group(Collection<? extends T> from) {
            items.addAll(from);
        }

        T greatest() {
            T best = null;
            for (T item : items) {
                if (best == null || item.compareTo(best) > 0) {
                    best = item;
                }
            }
            return best;
        }
    }

    static final class Square extends Group<Integer> {
        private final int side;

        Square(int side) {
            super(List.of(side));
            this.side = side;
        }

        @Override
        public double area() {
            return side * side;
        }
    }

    static int fibonacci(int n) {
        return n < 2 ? n : fibonacci(n - 1) + fibonacci(n - 2);
    }

    public static void main(String[] args) {
        System.out.println("Hello, " + args.length + "!");
        Map<String, Integer> counts = new HashMap<>();
        for (String arg : args) {
            counts.merge(arg, 1, Integer::sum);
        }
        int[][] grid = new int[3][3];
        for (int i = 0; i < grid.length; i++) {
            grid[i][i] = i * fibonacci(i) % 7;
        }
        String even = IntStream.range(0, 10).filter(i -> i % 2 == 0).mapToObj(Integer::toString).collect(Collectors.joining(","));
        Function<Integer, Integer> twice = x -> 2 * x;
        StringBuilder text = new StringBuilder();
        try (Scanner scanner = new Scanner(System.in)) {
            while (scanner.hasNextLine()) {
                text.append(scanner.nextLine()).append('\n');
            }
        } catch (IllegalStateException e) {
            throw new RuntimeException(e);
        }
        switch (Kind.valueOf(even)) {
            case ONE:
                System.out.printf("%d %s%n", twice.apply(21), text);
                break;
            default:
                System.out.println(counts.size());
        }
        new Thread(new Runnable() {
            @Override
            public void run() {
                System.out.println(new Square(2).greatest());
            }
        }).start();
    }
}
