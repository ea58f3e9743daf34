using System.Diagnostics;

namespace CodeCrafter.Bench.Contenders;

internal sealed record CommandResult(int ExitCode, string Stdout, string Stderr);

/// <summary>Runs a command on the host and takes its output; for what is not measured.</summary>
internal static class HostCommand
{
    public static async Task<CommandResult> RunAsync(IReadOnlyList<string> command)
    {
        var start = new ProcessStartInfo(command[0], command.Skip(1)) { RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start)!;
        var stdout = process.StandardOutput.ReadToEndAsync();
        var stderr = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return new CommandResult(process.ExitCode, await stdout, await stderr);
    }

    /// <summary>The first line that a command prints, on either stream: its version.</summary>
    public static async Task<string> FirstLineAsync(params IReadOnlyList<string> command)
    {
        var result = await RunAsync(command);
        return (result.Stdout + result.Stderr).Split('\n')[0].Trim();
    }
}
