using System.Diagnostics;
using System.IO.Compression;
using System.Xml.Linq;

namespace CodeCrafter.Crdt.Tests;

/// <summary>The library as others get it: the package, and the sample that shows it.</summary>
public sealed class PackageTests
{
    [Fact]
    public void The_package_has_the_library_its_documentation_and_a_readme_and_needs_nothing_else()
    {
        var folder = Directory.CreateTempSubdirectory("codecrafter-package-").FullName;
        try
        {
            var project = Path.Combine(Repository.Root, "src", "CodeCrafter.Crdt");
            Run("dotnet", "pack", project, "--no-build", "--nologo", "-c", "Debug", "-o", folder, "-nodeReuse:false");
            using var package = ZipFile.OpenRead(Assert.Single(Directory.GetFiles(folder, "*.nupkg")));
            var files = package.Entries.Select(entry => entry.FullName).ToArray();
            Assert.Contains("README.md", files);
            Assert.Contains("lib/net10.0/CodeCrafter.Crdt.dll", files);
            Assert.Contains("lib/net10.0/CodeCrafter.Crdt.xml", files);

            using var stream = package.GetEntry("CodeCrafter.Crdt.nuspec")!.Open();
            var metadata = XDocument.Load(stream).Root!.Elements().Single();
            Assert.Equal("CodeCrafter.Crdt", Value(metadata, "id"));
            Assert.Equal("MIT", Value(metadata, "license"));
            Assert.Equal("README.md", Value(metadata, "readme"));
            Assert.Contains("Yjs", Value(metadata, "description"));
            Assert.DoesNotContain(metadata.Descendants(), element => element.Name.LocalName == "dependency");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void The_sample_brings_two_documents_together_in_twenty_lines()
    {
        var sample = Path.Combine(Repository.Root, "samples", "TwoDocuments", "Program.cs");
        Assert.InRange(File.ReadLines(sample).Count(line => line.Length > 0), 1, 20);

        var output = Run("dotnet", Path.Combine(Repository.Root, "artifacts", "bin", "TwoDocuments", "debug", "TwoDocuments.dll"));

        Assert.Equal("A story: «Once upon a time there were two documents.\n", output);
    }

    private static string? Value(XElement metadata, string name) =>
        metadata.Elements().SingleOrDefault(element => element.Name.LocalName == name)?.Value;

    private static string Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"{program} {string.Join(' ', arguments)}: {output}{errors.Result}");
        return output;
    }
}
