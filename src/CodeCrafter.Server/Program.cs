using CodeCrafter.Server.Auth;
using CodeCrafter.Server.Collaboration;
using CodeCrafter.Server.Execution;
using CodeCrafter.Server.Platform;
using CodeCrafter.Server.Sessions;
using CodeCrafter.Server.Storage;

if (args is [Doctor.Command, .. var rest])
{
    return await Doctor.RunAsync(rest, Console.Out);
}

var builder = WebApplication.CreateBuilder(new WebApplicationOptions
{
    Args = args,
    // The page and the languages lie beside the program, wherever it is started from.
    ContentRootPath = AppContext.BaseDirectory,
});

builder.AddPlatform();
builder.AddStorage();
builder.AddAuth();
builder.AddSessions();
builder.AddExecution();
builder.AddCollaboration();

var app = builder.Build();
app.BeginStorage();
app.BeginExecution();

app.UsePlatform();
app.MapPlatform();
app.MapAuth();
app.MapSessions();
app.MapExecution();
app.MapCollaboration();

await app.RunAsync();
return 0;
