public class Main {
    public static void main(String[] args) throws Exception {
        if (args[0].equals("fail")) {
            throw new IllegalStateException("broken on purpose");
        }
        System.out.println(String.join("|", args) + " " + new String(System.in.readAllBytes()));
    }
}
