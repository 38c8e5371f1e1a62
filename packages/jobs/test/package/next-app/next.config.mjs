export default { serverExternalPackages: ['@greenvue/jobs'] };
