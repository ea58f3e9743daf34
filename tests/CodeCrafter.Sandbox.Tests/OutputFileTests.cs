using System.Text;

namespace CodeCrafter.Sandbox.Tests;

/// <summary>Files that a program made come back; nothing else does.</summary>
public abstract class OutputFileCases(ProgramFixture fixture)
{
    [Fact]
    public async Task New_and_changed_files_come_back_byte_for_byte()
    {
        var result = await RunAsync("""
            import os
            os.makedirs('out/deep')
            open('out/deep/all.bin', 'wb').write(bytes(range(256)))
            open('ä ö.txt', 'w').write('text')
            open('data.txt', 'r+').write('H')
            open('empty', 'w')
            os.makedirs('.config'); open('.config/x', 'w').write('of a tool')
            open('/tmp/elsewhere', 'w').write('no')
            """, new SourceFile("data.txt", "hello"), new SourceFile("same.txt", "same"));

        Assert.Equal(["data.txt", "empty", "out/deep/all.bin", "ä ö.txt"], result.Files.Select(file => file.Path));
        Assert.Equal("Hello", Encoding.UTF8.GetString(result.Files[0].Content));
        Assert.Equal(Enumerable.Range(0, 256).Select(i => (byte)i), result.Files[2].Content);
        Assert.Equal(0, result.FilesOmitted);
    }

    [Fact]
    public async Task Caps_on_number_and_bytes_hold_and_what_is_left_out_is_counted()
    {
        var many = await RunAsync("for i in range(30): open(f'f{i:02}', 'w').write('x')");
        Assert.Equal((16, 14), (many.Files.Count, many.FilesOmitted));

        var large = await RunAsync("open('a', 'wb').write(bytes(3 << 20)); open('b', 'wb').write(bytes(2 << 20)); open('c', 'wb').write(bytes(1 << 20))");
        Assert.Equal(["a", "c"], large.Files.Select(file => file.Path));
        Assert.Equal(1, large.FilesOmitted);

        var sparse = await RunAsync("open('sparse', 'wb').truncate(60 << 20)");
        Assert.Equal((0, 1), (sparse.Files.Count, sparse.FilesOmitted));
    }

    [Fact]
    public async Task Without_being_asked_for_none_comes_back()
    {
        var result = await fixture.RunAsync("python", "open('x', 'w').write('x')");

        Assert.Empty(result.Files);
    }

    [Fact]
    public async Task Files_sixteen_folders_deep_come_back_and_a_deeper_folder_counts_as_one()
    {
        var result = await RunAsync("""
            import os
            for i in range(16): os.mkdir('d'); os.chdir('d')
            open('f', 'w').write('here')
            os.mkdir('deeper')
            for name in 'ab': open('deeper/' + name, 'w').write('not here')
            """);

        Assert.Equal(string.Concat(Enumerable.Repeat("d/", 16)) + "f", Assert.Single(result.Files).Path);
        Assert.Equal(1, result.FilesOmitted);
    }

    [Fact]
    public async Task Folder_without_an_end_is_cut()
    {
        var result = await RunAsync("""
            import os
            open('first', 'w').write('1')
            for i in range(3000): os.mkdir('d'); os.chdir('d')
            open('last', 'w').write('2')
            """);

        Assert.Equal(["first"], result.Files.Select(file => file.Path));
        Assert.Equal(1, result.FilesOmitted);
    }

    [Fact]
    public async Task Program_that_fails_still_has_its_files()
    {
        var result = await RunAsync("open('log', 'w').write('before'); raise SystemExit(3)");

        Assert.Equal((RunStatus.RuntimeErrorNzec, "log"), (result.Status, Assert.Single(result.Files).Path));
    }

    private Task<RunResult> RunAsync(string code, params SourceFile[] files)
    {
        var request = fixture.Request("python", code);
        return fixture.RunAsync(request with { Files = [.. request.Files, .. files], Collect = new FileCollection() });
    }
}

public sealed class OutputFileTests(SandboxFixture fixture) : OutputFileCases(fixture);
