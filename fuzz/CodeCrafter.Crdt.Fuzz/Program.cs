using CodeCrafter.Crdt.Fuzz;
using SharpFuzz;

switch (args)
{
    case ["afl", var name] when FuzzTarget.All.TryGetValue(name, out var target):
        Fuzzer.OutOfProcess.Run(stream =>
        {
            using var copy = new MemoryStream();
            stream.CopyTo(copy);
            target(copy.ToArray());
        });
        return 0;
    case ["run", var name, .. var files] when FuzzTarget.All.TryGetValue(name, out var target):
        foreach (var file in files)
        {
            Console.WriteLine(file);
            target(File.ReadAllBytes(file));
        }

        return 0;
    case ["seed", var fixtures, var folder]:
        Seeds.Write(fixtures, folder);
        return 0;
    case ["targets"]:
        Console.WriteLine(string.Join('\n', FuzzTarget.All.Keys));
        return 0;
    default:
        Console.Error.WriteLine("usage: CodeCrafter.Crdt.Fuzz afl TARGET | run TARGET FILE... | seed FIXTURES FOLDER | targets");
        return 2;
}
