@rem The scripts of package.json begin with "exec", so that no shell stays between npm and us and swallows signals. Windows has no exec: this is it.
@%*
