using System.CommandLine;
using KestrelL4.Server;

namespace KestrelL4.Cli.Verbs;

/// <summary><c>enroll</c>: obtain identity and registry from the authority, and exit.</summary>
internal static class EnrollVerb
{
    /// <summary>The verb.</summary>
    public static Command Create()
    {
        SourceOptions sources = new();
        Option<bool> once = new("--once") { Description = "Try once, store what came in the state directory, and exit." };
        Command command = new("enroll", "Obtain identity and registry from the authority without serving: for an init container, or CI.") { once };
        sources.AddTo(command);
        command.Validators.Add(result =>
        {
            if (!result.GetValue(once))
            {
                result.AddError("A node enrols by itself, and renews: 'run' is enough. To enrol without serving, add --once.");
            }
        });
        command.SetAction(async (parsed, cancellation) => (int)await new NodeEnrolment(
            parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error, TimeProvider.System).RunAsync(sources.Of(parsed), cancellation));
        return command;
    }
}
