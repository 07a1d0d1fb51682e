namespace KestrelL4.Testing.Nodes;

/// <summary>Where the build has put the command <c>kestrell4</c>.</summary>
public static class NodeExecutable
{
    /// <summary>The absolute path of the executable, of the same build configuration as the tests.</summary>
    public static string Path { get; } = Find();

    /// <summary>Runs a verb that is expected to end by itself, in a working directory.</summary>
    public static Task<ToolResult> RunAsync(string directory, params string[] arguments)
        => Tool.RunAsync(Path, arguments, workingDirectory: directory);

    private static string Find()
    {
        var tests = new DirectoryInfo(AppContext.BaseDirectory);
        string output = System.IO.Path.Combine(tests.Parent!.Name, tests.Name);
        for (DirectoryInfo? directory = tests; directory is not null; directory = directory.Parent)
        {
            if (File.Exists(System.IO.Path.Combine(directory.FullName, "KestrelL4.sln")))
            {
                return System.IO.Path.Combine(directory.FullName, "src", "KestrelL4.Cli", "bin", output, "kestrell4");
            }
        }

        throw new InvalidOperationException($"{AppContext.BaseDirectory} lies in no checkout of KestrelL4.");
    }
}
