namespace CodeCrafter.Sandbox;

/// <summary>
/// This host cannot run untrusted programs safely, so the sandbox refuses to start. The message says what is missing
/// and what to install or change.
/// </summary>
public sealed class SandboxUnavailableException : Exception
{
    /// <summary>Makes the exception.</summary>
    public SandboxUnavailableException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }
}
