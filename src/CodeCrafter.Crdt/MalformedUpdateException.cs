namespace CodeCrafter.Crdt;

/// <summary>
/// Bytes that are not what they should be: an update, a state vector, an awareness update or a message of the sync
/// protocol. It is the only exception that bytes from outside can cause, and whatever was given the bytes is as it was.
/// </summary>
public sealed class MalformedUpdateException : Exception
{
    /// <summary>Makes the exception with a generic message.</summary>
    public MalformedUpdateException() : base("The bytes are malformed.")
    {
    }

    /// <summary>Makes the exception with a message that says what is wrong; it quotes none of the bytes.</summary>
    public MalformedUpdateException(string message) : base(message)
    {
    }

    /// <summary>Makes the exception with a message and its cause.</summary>
    public MalformedUpdateException(string message, Exception innerException) : base(message, innerException)
    {
    }
}
