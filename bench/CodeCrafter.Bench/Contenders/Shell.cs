using System.Diagnostics;
using System.Globalization;

namespace CodeCrafter.Bench.Contenders;

/// <summary>
/// A shell that stays, as a person's does, and takes the time of the commands that are typed into it by itself: what this
/// program needs to start a process is not in the figure.
/// </summary>
internal sealed class Shell : IAsyncDisposable
{
    private readonly Process _process;

    /// <param name="home">The home directory of what runs in it; caches of compilers are made there.</param>
    public Shell(string home)
    {
        var start = new ProcessStartInfo("/bin/bash", ["--norc", "--noprofile"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        var docker = Environment.GetEnvironmentVariable("DOCKER_HOST");
        start.Environment.Clear();
        // Not the caller's PATH: a version manager's shim would be measured in the place of the interpreter.
        start.Environment["PATH"] = "/usr/bin:/bin:/usr/sbin:/sbin";
        start.Environment["HOME"] = home;
        start.Environment["LC_ALL"] = "C";
        if (docker is not null)
        {
            start.Environment["DOCKER_HOST"] = docker;
        }

        _process = Process.Start(start)!;
    }

    public int Id => _process.Id;

    /// <summary>Runs a command in a directory; it must print what is expected and end well.</summary>
    /// <returns>How long it took, in milliseconds.</returns>
    /// <exception cref="WrongAnswerException">It did not.</exception>
    public async Task<double> TimeAsync(string command, string directory, string expected)
    {
        await _process.StandardInput.WriteLineAsync(
            $"cd '{directory}'; begin=$EPOCHREALTIME; {{ {command}; }} >'{directory}/.stdout' 2>'{directory}/.stderr' </dev/null; code=$? end=$EPOCHREALTIME; cd /; echo $code $begin $end");
        await _process.StandardInput.FlushAsync();
        var answer = await _process.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException("The shell has ended.");
        var fields = answer.Split(' ');
        var stdout = await File.ReadAllTextAsync(Path.Combine(directory, ".stdout"));
        if (fields[0] != "0" || stdout != expected)
        {
            var stderr = await File.ReadAllTextAsync(Path.Combine(directory, ".stderr"));
            throw new WrongAnswerException($"'{command}' ended with {fields[0]} and printed '{stdout}', not '{expected}'. {stderr}");
        }

        return (Seconds(fields[2]) - Seconds(fields[1])) * 1000;
    }

    public async ValueTask DisposeAsync()
    {
        _process.StandardInput.Close();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    // As two whole numbers: seconds since 1970 with microseconds are more digits than a double is good for in differences.
    private static double Seconds(string epochRealtime)
    {
        var parts = epochRealtime.Split('.', ',');
        return (long.Parse(parts[0], CultureInfo.InvariantCulture) % 1_000_000) + (long.Parse(parts[1], CultureInfo.InvariantCulture) / 1e6);
    }
}

/// <summary>A contender did something else than it should have: an error of the run, not a figure.</summary>
internal sealed class WrongAnswerException(string message) : Exception(message);
