using CodeCrafter.Server.Platform;
using Microsoft.AspNetCore.Diagnostics;

namespace CodeCrafter.Server.Collaboration.Documents;

/// <summary>What is stored of a document cannot be read. It stays as it is, and the document stays closed.</summary>
internal sealed class CorruptDocumentException : Exception
{
    public CorruptDocumentException(Guid sessionId, string detail)
        : base($"The stored document of session {sessionId} is corrupt. {detail}")
    {
    }

    public CorruptDocumentException(Guid sessionId, Exception cause)
        : base($"The stored document of session {sessionId} is corrupt.", cause)
    {
    }
}

/// <summary>Answers requests for a document that cannot be read.</summary>
internal sealed class CorruptDocumentHandler : IExceptionHandler
{
    public const string Code = "document_corrupt";
    public const string Words = "What is stored of this session's document cannot be read. It is kept as it is; the server's operator has to look at it.";

    public async ValueTask<bool> TryHandleAsync(HttpContext context, Exception exception, CancellationToken cancellationToken)
    {
        if (exception is not CorruptDocumentException)
        {
            return false;
        }

        await Problems.Create(StatusCodes.Status500InternalServerError, Code, Words).ExecuteAsync(context);
        return true;
    }
}
